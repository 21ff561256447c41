// The description of the management API (OpenAPI 3.1), made of what its endpoints read requests with.
import { z } from 'zod'
import type { Endpoint } from './endpoint.ts'

type Schema = Readonly<Record<string, unknown>>

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string().meta({ description: 'What is wrong and what to do about it.' }),
  code: z.string().meta({ description: 'The same for programs.' }),
})

const refusals = {
  400: 'The query or the body is not what the endpoint takes.',
  401: 'The token is missing or wrong.',
  403: 'The request comes from a page of another origin, or under a foreign Host without a token.',
} as const

/** @param version of weir */
export function openApiOf(endpoints: readonly Endpoint[], version: string): Schema {
  const paths: Record<string, Record<string, Schema>> = {}
  for (const endpoint of endpoints) {
    const operations = (paths[endpoint.path] ??= {})
    operations[endpoint.method.toLowerCase()] = operationOf(endpoint)
  }
  return {
    openapi: '3.1.0',
    info: { title: 'weir management', version, license: { name: 'MIT', identifier: 'MIT' } },
    paths,
    security: [{ token: [] }, {}],
    components: {
      schemas: { Problem: schemaOf(problem, 'output') },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'manage.token; without one, none is asked for.',
        },
      },
    },
  }
}

function operationOf({ method, path, open, summary, query, body, answers, media }: Endpoint): Schema {
  const type = media ?? 'application/json'
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[/.](\w)?/g, (_, letter?: string) => (letter ?? '').toUpperCase())}`,
    summary,
    ...(open === true && { security: [{}] }),
    ...(query !== undefined && { parameters: parametersOf(schemaOf(query, 'input')) }),
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, schema]) => {
          const description = status === '200' ? 'As asked.' : summary
          return [status, { description, content: { [type]: { schema: schemaOf(schema, 'output') } } }]
        }),
      ),
      ...(open !== true &&
        Object.fromEntries(Object.entries(refusals).map(([status, text]) => [status, refusal(text)]))),
      default: refusal('Anything else that went wrong.'),
    },
  }
}

function refusal(description: string): Schema {
  const schema = { $ref: '#/components/schemas/Problem' }
  return { description, content: { 'application/problem+json': { schema } } }
}

function parametersOf(schema: Schema): readonly Schema[] {
  const required = (schema.required ?? []) as readonly string[]
  return Object.entries((schema.properties ?? {}) as Record<string, Schema>).map(([name, each]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: each,
  }))
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io })
  return rest
}
