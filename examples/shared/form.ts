// The two forms in which every example runs: as its report found it, and as the report repaired it.

export type Form = 'slow' | 'repaired'

export const formNames: readonly Form[] = ['slow', 'repaired']

export function parseForm(text: string): Form {
  const form = formNames.find((name) => name === text)
  if (form === undefined) throw new Error(`the form is ${formNames.join(' or ')}, not "${text}"`)
  return form
}
