// An explanation as text for a terminal.
import type { Explanation } from '../admin/explain.ts'
import type { Ground } from '../admin/ground.ts'

/** Lines of a heading and what belongs to it; the verdict first. */
export function explanationText(explanation: Explanation): string {
  const { request, verdict, route, passedOver, key, stored, answer, toHit } = explanation
  const lines = [`${verdict.cache}  ${request.method} ${request.uri}`, `  ${groundText(verdict)}`]
  const section = (title: string, items: readonly string[]): void => {
    if (items.length > 0) lines.push('', title, ...items.map((item) => `  ${item}`))
  }
  section('Route', [
    ...passedOver.map((other) => `not ${routeText(other)}: ${other.because}`),
    route === null ? 'no route takes it: it passes through' : routeText(route),
  ])
  section('Key', key?.map(({ part, value }) => `${part.padEnd(14)} ${value}`) ?? [])
  section(
    'Stored',
    stored.map((entry) => {
      const vary = Object.entries(entry.vary).map(([name, value]) => `${name}: ${value ?? '(absent)'}`)
      const facts = [
        `status ${entry.status}`,
        `age ${entry.age}s of ${entry.lifetime}s by ${entry.from}`,
        ...(vary.length > 0 ? [`for ${vary.join(', ')}`] : []),
        ...(entry.tags.length > 0 ? [`tags ${entry.tags.join(', ')}`] : []),
      ]
      return `${entry.selected ? '*' : '-'} ${facts.join('; ')}`
    }),
  )
  if (answer !== null) {
    const fate = answer.stored
      ? `would be stored for ${answer.lifetime ?? 0}s by ${answer.from ?? ''}`
      : 'not stored'
    section(answer.which === 'last' ? "The API's last answer" : 'The answer', [fate, groundText(answer)])
  }
  section('For a HIT', toHit)
  return `${lines.join('\n')}\n`
}

function groundText({ reason, says, cite, config }: Ground): string {
  const behind = [cite, config].filter((text) => text !== null).join('; ')
  return `${reason}: ${says}${behind === '' ? '' : ` [${behind}]`}`
}

function routeText({ path, methods, at }: NonNullable<Explanation['route']>): string {
  return `${methods === null ? 'any method' : methods.join(', ')} ${path}${at === null ? '' : ` (${at})`}`
}
