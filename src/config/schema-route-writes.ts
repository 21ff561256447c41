// The schema of the sections that guard a route's writes.
import { z } from 'zod'
import { isJsonPointer } from '../base/json-pointer.ts'
import { invalidation } from './names.ts'
import { orOff, textTerm, word, type Term } from './term.ts'
import { choice, count, deadline, duration, flag } from './vocabulary.ts'

const pointer: Term<string> = textTerm(
  (text) => (text !== '' && isJsonPointer(text) ? text : null),
  'a JSON pointer such as /processed or /result/stored',
  /^\//,
)

const off = word<'off'>({
  read: (value) => (value === 'off' ? { value } : { problem: 'write off, or a section' }),
  forms: [{ const: 'off' }],
})

const jobSection = z.strictObject({
  lease: word(deadline)
    .describe('How long a run that nobody renews blocks others: the longest that a dead weir does.')
    .exactOptional()
    .meta({ standard: '5m' }),
  busy: word(choice([409, 202, 'join']))
    .describe('What others get while it runs: 409, 202 with the run, or (join) its answer.')
    .exactOptional()
    .meta({ standard: 409 }),
  cooldown: word(duration)
    .describe('For how long after a run that succeeded its summary is the answer.')
    .exactOptional()
    .meta({ standard: 0 }),
  report: z
    .array(word(pointer))
    .describe('What records of runs show of the JSON answer, as JSON pointers.')
    .exactOptional()
    .meta({ standard: [] }),
  abortWithClient: word(flag)
    .describe('A run ends when the last client that waits for it leaves.')
    .exactOptional()
    .meta({ standard: false }),
})

const serializeSection = z.strictObject({
  by: word(choice(['path']))
    .describe('What tells resources apart.')
    .exactOptional()
    .meta({ standard: 'path' }),
  wait: word(deadline)
    .describe('How long a write may wait for its turn; beyond it, 503.')
    .exactOptional()
    .meta({ standard: '10s' }),
  queue: word(count(0, 1_000_000))
    .describe('How many writes of a resource may wait; beyond it, 503.')
    .exactOptional()
    .meta({ standard: 100 }),
  lostUpdates: word(orOff(choice(['reject', 'require'])))
    .describe('Check If-Match against the current state (412); require: and refuse writes without (428).')
    .exactOptional()
    .meta({ standard: 'off' }),
})

const idempotencySection = z.strictObject({
  ttl: word(deadline)
    .describe('How long the answer is given again to requests with the same Idempotency-Key.')
    .exactOptional()
    .meta({ standard: '24h' }),
  required: word(flag)
    .describe('Refuse requests without a key (400).')
    .exactOptional()
    .meta({ standard: false }),
})

const targets = z
  .array(word(invalidation))
  .describe('Tags, or path patterns that start with /; ":id" stands for the path parameter of that name.')

const invalidatesSection = z.strictObject({
  targets,
  soft: word(flag)
    .describe('Keep what is invalid: to be validated with the origin, or to stand in for an error.')
    .exactOptional()
    .meta({ standard: false }),
})

export type JobSection = z.output<typeof jobSection>
export type SerializeSection = z.output<typeof serializeSection>
export type IdempotencySection = z.output<typeof idempotencySection>

export const job = z
  .union([off, jobSection])
  .meta({ id: 'job', description: 'Runs of a path that must not overlap, or off.' })

export const serialize = z
  .union([off, serializeSection])
  .meta({ id: 'serialize', description: 'Writes to a path one at a time, in order, or off.' })

export const idempotency = z
  .union([off, idempotencySection])
  .meta({ id: 'idempotency', description: 'One write for each Idempotency-Key, or off.' })

export const invalidates = z
  .union([targets, invalidatesSection])
  .transform((written) =>
    'targets' in written ? { soft: false, ...written } : { targets: written, soft: false },
  )
