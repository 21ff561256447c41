// weir explain: asks the weir that runs with a configuration why it answers a request as it does.
import type { Explanation } from '../admin/explain.ts'
import type { ExplainQuestion } from '../admin/explain-question.ts'
import { formatErrors } from '../config/errors.ts'
import { readConfig } from '../config/load.ts'
import type { ManageConfig } from '../config/model.ts'
import { explanationText } from './explanation-text.ts'

export interface ExplainFlags {
  readonly file: string
  readonly method: string | undefined
  readonly url: string | undefined
  /** Fields of the request, as `name: value`. */
  readonly fields: readonly string[]
  /** An answer of the API's to judge: its status and fields; undefined and none: not asked about. */
  readonly status: string | undefined
  readonly answerFields: readonly string[]
}

const PATIENCE_MS = 5000

/** Prints the explanation; the exit code is 1 where there is none. */
export async function explainCommand(flags: ExplainFlags): Promise<number> {
  const { method, url } = flags
  if (method === undefined || url === undefined)
    throw new Error("write weir explain METHOD URL [-H 'name: value']")
  const loaded = await readConfig(flags.file, process.env)
  if (loaded.kind === 'invalid') {
    process.stderr.write(`${formatErrors(loaded.errors)}\n`)
    return 1
  }
  const { status, body } = await ask(loaded.config.manage, { ...questionOf(flags), method, url })
  if (status === 200) process.stdout.write(explanationText(body as Explanation))
  else process.stderr.write(`${(body as { detail: string }).detail}\n`)
  return status === 200 ? 0 : 1
}

function questionOf({
  fields,
  status,
  answerFields,
}: ExplainFlags): Pick<ExplainQuestion, 'headers' | 'answer'> {
  const headers = fieldsOf(fields)
  if (status === undefined && answerFields.length === 0) return { headers }
  return { headers, answer: { status: Number(status ?? 200), headers: fieldsOf(answerFields) } }
}

async function ask(
  { address, token }: ManageConfig,
  question: ExplainQuestion,
): Promise<{ status: number; body: unknown }> {
  const host = address.host === '0.0.0.0' || address.host === '::' ? 'localhost' : address.host
  const at = `${host.includes(':') ? `[${host}]` : host}:${address.port}`
  const headers = {
    'Content-Type': 'application/json',
    ...(token !== null && { Authorization: `Bearer ${token}` }),
  }
  const asked = {
    method: 'POST',
    headers,
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(PATIENCE_MS),
  }
  try {
    const response = await fetch(`http://${at}/health/cache/explain`, asked)
    return { status: response.status, body: await response.json() }
  } catch {
    throw new Error(
      `no weir answers at http://${at}: explain asks the one that runs, which knows what is stored`,
    )
  }
}

/** `name: value` lines by name; a name given twice has both values. */
function fieldsOf(lines: readonly string[]): Record<string, string[]> {
  const fields: Record<string, string[]> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon <= 0) throw new Error(`write a field as 'name: value', not '${line}'`)
    const name = line.slice(0, colon).trim()
    fields[name] = [...(fields[name] ?? []), line.slice(colon + 1).trim()]
  }
  return fields
}
