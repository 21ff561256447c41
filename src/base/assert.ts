// Statements about the program that, if false, are bugs.

/** Makes a `switch` exhaustive: the compiler refuses the call while a union member is unhandled. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
