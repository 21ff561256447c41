// The schema of the origin: where it is, how much it is asked, and when it is left alone.
import { z } from 'zod'
import { cookieName, fieldName, originUrl, path } from './names.ts'
import { retry, timeouts } from './schema-route.ts'
import { word, type Term } from './term.ts'
import { choice, count, deadline, duration, share } from './vocabulary.ts'

const offWord: Term<'off'> = {
  read: (value) => (value === 'off' ? { value } : { problem: 'write off, or a section' }),
  forms: [{ const: 'off' }],
}

const breakerSection = z.strictObject({
  failures: word(count(1, 1_000_000)).describe('Failures in a row that open it.').prefault(10),
  over: word(duration).describe('How long they must have gone on for: a burst is no outage.').prefault('1s'),
  errorRate: word(share).describe('The share of failures within the window that opens it.').prefault('50%'),
  minRequests: word(count(1, 1_000_000))
    .describe('The fewest requests within the window for the share to count.')
    .prefault(20),
  window: word(deadline).describe('The span over which the share is taken.').prefault('10s'),
  openFor: word(deadline)
    .describe('How long an open breaker waits before a single request may try.')
    .prefault('5s'),
  statuses: z
    .array(word(choice([500, 502, 503, 504])))
    .describe(
      'Statuses that count as failures besides no answer. None by default: one bad path would open it for all.',
    )
    .prefault([]),
})

const breaker = z
  .union([word(offWord), breakerSection])
  .describe('When a member that keeps failing is left alone: a section, or off.')
  .prefault({})

const balance = z
  .union([
    word(choice(['least-pending'])),
    z.strictObject({
      sticky: z
        .union([
          z.strictObject({ header: word(fieldName).describe('The field whose value chooses.') }),
          z.strictObject({ cookie: word(cookieName).describe('The cookie whose value chooses.') }),
        ])
        .describe('Requests with the same value of a header, or of a cookie, go to the same server.'),
    }),
  ])
  .describe('Which of several members is asked: least-pending, or sticky by a header or a cookie.')
  .prefault('least-pending')

const section = z
  .strictObject({
    url: word(originUrl).describe('Scheme, host and port of the API.').exactOptional(),
    urls: z
      .array(word(originUrl))
      .min(1)
      .describe('Scheme, host and port of each of several servers of the API, in place of url.')
      .exactOptional(),
    connections: word(count(1, 65_535))
      .describe('The most connections to a server of the origin.')
      .prefault(64),
    keepAlive: word(deadline).describe('How long an idle connection to the origin is kept.').prefault('4s'),
    host: word(choice(['preserve', 'origin']))
      .describe("Which Host the origin sees: preserve, the client's; origin, that of the (first) url.")
      .prefault('preserve'),
    health: word(path).describe("The path of the API's own health endpoint.").exactOptional(),
    timeouts: timeouts.exactOptional(),
    retry: retry.exactOptional(),
    breaker,
    balance,
  })
  .superRefine(({ url, urls }, context) => {
    if (url === undefined && urls === undefined) {
      const message = 'is missing; write a URL such as http://127.0.0.1:8000'
      context.addIssue({ code: 'custom', path: ['url'], message })
    } else if (url !== undefined && urls !== undefined) {
      context.addIssue({ code: 'custom', path: ['urls'], message: 'write either url or urls' })
    }
  })

export const origin = z
  .union([
    word(originUrl).transform((url) => section.parse({ url })),
    z
      .array(word(originUrl))
      .min(1)
      .transform((urls) => section.parse({ urls })),
    section,
  ])
  .describe('The API in front of which weir stands: a URL, several, or a section.')
