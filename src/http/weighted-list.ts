// Members of lists of choices with quality values, such as Accept-Encoding and Accept-Language (RFC 9110 §12.4.2).

export interface WeightedChoice {
  /** Lower case. */
  readonly name: string
  /** 0 (not acceptable) to 1. */
  readonly weight: number
}

const CHOICE = /^([^\s;,="]+)(?:[\t ]*;[\t ]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?$/i

/** The choices in the order stated, empty members left out; null stands for a member that is malformed. */
export function parseWeightedList(value: string): (WeightedChoice | null)[] {
  return value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
    .map(parseChoice)
}

function parseChoice(member: string): WeightedChoice | null {
  const [, name, weight = '1'] = CHOICE.exec(member) ?? []
  return name === undefined ? null : { name: name.toLowerCase(), weight: Number(weight) }
}
