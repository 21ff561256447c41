// What the listener itself refuses, each with its status and the key that bounds it.
import type { ParserProblem } from './parser-problem.ts'

export const contentStalled: ParserProblem = {
  status: 408,
  code: 'content-timeout',
  detail: 'The content of the request stopped coming, or came too slowly, for as long as listen.bodyIdle.',
}

export const tooManyConnections: ParserProblem = {
  status: 429,
  code: 'too-many-connections',
  detail: 'This address has as many connections as listen.maxPerAddress allows.',
}

export const tooManyAtOnce: ParserProblem = {
  status: 429,
  code: 'too-many-pipelined',
  detail: 'More requests were sent ahead on this connection than listen.maxPipelined allows.',
}

export const unknownExpectation: ParserProblem = {
  status: 417,
  code: 'expectation',
  detail: 'The only expectation is 100-continue.',
}

export const pipelinedUpgrade: ParserProblem = {
  status: 400,
  code: 'upgrade',
  detail: 'An upgrade was sent before the answers to the requests ahead of it.',
}

export const noTunnels: ParserProblem = {
  status: 405,
  code: 'connect',
  detail: 'CONNECT is not served.',
}
