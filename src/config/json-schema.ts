// The JSON Schema of the configuration, with which editors complete and check the file.
import { z } from 'zod'
import { fileSchema } from './schema.ts'

/** The text of `config/weir.schema.json`, draft 2020-12. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-2020-12' }), null, 2)}\n`
}
