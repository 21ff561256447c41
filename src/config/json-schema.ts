// The JSON Schema of the configuration, with which editors complete and check the file.
import { z } from 'zod'
import { fileSchema } from './schema.ts'

/** The text of `config/weir.schema.json`, draft 2020-12. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(fileSchema, { io: 'input', target: 'draft-2020-12', override: stateDefault })
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** What holds in the end where no layer says otherwise. zod drops a `default` that is stated before a transformation. */
function stateDefault({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (!('standard' in jsonSchema)) return
  jsonSchema.default = jsonSchema.standard
  delete jsonSchema.standard
}
