// Rendezvous hashing: each value has a favourite among the members, and only the values of a member that goes away move.

/** The members in the order in which `value` prefers them. */
export function rankMembers(value: string, members: readonly string[]): readonly string[] {
  return members
    .map((member) => ({ member, score: hash(`${member}\n${value}`) }))
    .sort((a, b) => b.score - a.score || (a.member < b.member ? -1 : 1))
    .map(({ member }) => member)
}

/** FNV-1a with a final mix (of MurmurHash3), without which similar texts would have similar scores. 32 bits. */
function hash(text: string): number {
  let state = 0x811c9dc5
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193)
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35)
  return (state ^ (state >>> 16)) >>> 0
}
