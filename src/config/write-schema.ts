// Writes the JSON Schema into the repository: `npm run schema`.
import { writeFileSync } from 'node:fs'
import { jsonSchemaText } from './json-schema.ts'

writeFileSync(new URL('../../config/weir.schema.json', import.meta.url), jsonSchemaText())
