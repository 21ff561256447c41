// The schema of a route's rules that name conditions of the API's answers.
import { z } from 'zod'
import { isJsonPointer } from '../base/json-pointer.ts'
import type { ClassRule, Scalar } from '../policy/classify.ts'
import { textTerm, word, type Term } from './term.ts'
import { count, text } from './vocabulary.ts'

/** A label of metrics: few, and readable. */
const className: Term<string> = textTerm(
  (value) => (/^[a-z][\w-]{0,63}$/i.test(value) ? value : null),
  'a name such as model-cooldown',
  /^[A-Za-z][\w-]{0,63}$/,
)

const pointer: Term<string> = textTerm(
  (value) => (value !== '' && isJsonPointer(value) ? value : null),
  'a JSON pointer such as /error/code',
  /^\//,
)

const scalar: Term<Scalar> = {
  read: (value) =>
    value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? { value }
      : { problem: 'write a text, a number, true, false or null' },
  forms: [{ type: ['string', 'number', 'boolean', 'null'] }],
}

const rule = z
  .strictObject({
    class: word(className).describe('What such answers are called in metrics, logs and figures.'),
    status: word(count(200, 599)).describe('The status that they have. Without it, any.').exactOptional(),
    pointer: word(pointer)
      .describe('Something that their JSON (up to 16KiB of it) has at this pointer.')
      .exactOptional(),
    equals: word(scalar).describe('What is there. Without it, anything.').exactOptional(),
    contains: word(text).describe('A text within their first KiB.').exactOptional(),
  })
  .transform((written, context): ClassRule => {
    const { class: name, status = null, contains } = written
    const refuse = (path: string, message: string): never => {
      context.addIssue({ code: 'custom', path: [path], message })
      return z.NEVER
    }
    if (written.pointer !== undefined && contains !== undefined)
      return refuse('contains', 'write one of pointer and contains')
    if ('equals' in written && written.pointer === undefined)
      return refuse('equals', 'needs a pointer beside it')
    if (written.pointer !== undefined)
      return { name, status, content: { kind: 'pointer', pointer: written.pointer, equals: written.equals } }
    if (contains !== undefined) return { name, status, content: { kind: 'contains', text: contains } }
    return status === null
      ? refuse('class', 'needs a status, a pointer or contains beside it')
      : { name, status, content: null }
  })

export const classify = z
  .array(rule)
  .describe("Names for known conditions of the API's answers; the first that matches counts.")
  .meta({ standard: [] })
