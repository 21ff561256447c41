// The schema of the sections about weir itself: its listeners, its store and its log.
import { z } from 'zod'
import { logLevels } from './model.ts'
import { address, cidr, parameterNames, redisPrefix, redisUrl, secret } from './names.ts'
import { orOff, word } from './term.ts'
import { choice, count, deadline, share, size, text } from './vocabulary.ts'

const listenSection = z.strictObject({
  address: word(address).describe('Where clients connect.').prefault('127.0.0.1:8080'),
  headTimeout: word(deadline)
    .describe('How long the head of a request may take from its first byte.')
    .prefault('10s'),
  bodyIdle: word(deadline).describe('The longest pause in a request body.').prefault('10s'),
  bodyRate: word(size(0))
    .describe('The fewest bytes per second of a request body, measured over bodyIdle; 0: no such floor.')
    .prefault(100),
  writeIdle: word(deadline).describe('How long a client may take nothing of its answer.').prefault('30s'),
  keepAlive: word(deadline).describe('How long an idle client connection is kept.').prefault('60s'),
  maxHead: word(size(1)).describe('The largest request head, in all.').prefault('16KiB'),
  maxFields: word(count(1, 10_000)).describe('The most header fields of a request.').prefault(100),
  maxConnections: word(count(1, 1_000_000))
    .describe('The most client connections at a time.')
    .prefault(10_000),
  maxPerAddress: word(orOff(count(1, 1_000_000)))
    .describe('The most connections of one address at a time; off where clients share an address.')
    .prefault('off'),
  maxPipelined: word(count(0, 10_000))
    .describe('The most requests that a client may send ahead of their answers on a connection.')
    .prefault(64),
  trusted: z
    .array(word(cidr))
    .describe('Peers (addresses or blocks) that may state Forwarded and X-Forwarded-* fields.')
    .prefault([]),
})

export const listen = z
  .union([word(address).transform((at) => ({ ...listenSection.parse({}), address: at })), listenSection])
  .describe('Where clients connect: an address, or a section.')
  .prefault('127.0.0.1:8080')

export const manage = z
  .strictObject({
    listen: word(address)
      .describe('Where operators connect; never the port of the clients.')
      .prefault('127.0.0.1:9090'),
    token: word(secret).describe('The bearer token that operators send. Required off loopback.').optional(),
  })
  .describe('The management listener.')
  .prefault({})

const redisSection = z.strictObject({
  url: word(redisUrl).describe('The server; with mode sentinel or cluster one of them.'),
  mode: word(choice(['single', 'sentinel', 'cluster']))
    .describe('What the url leads to.')
    .prefault('single'),
  nodes: z.array(word(address)).describe('Other sentinels, or other nodes of the cluster.').prefault([]),
  primary: word(text).describe('What the sentinels call the primary.').prefault('mymaster'),
  prefix: word(redisPrefix).describe('What all names in Redis begin with.').prefault('weir:'),
  timeout: word(deadline).describe('How long a command may take.').prefault('50ms'),
  cutOffTtl: word(deadline)
    .describe('How long a response is fresh at the most while invalidations of others cannot be heard.')
    .prefault('10s'),
})

export const cache = z
  .strictObject({
    memory: word(size(1))
      .describe('What all stored responses may take, keys and heads included.')
      .prefault('256MiB'),
    maxEntry: word(size(1)).describe('The largest response that is stored.').prefault('8MiB'),
    secret: word(secret)
      .describe(
        'The key of the HMAC that stands for credentials in cache keys. Without it, random for each process.',
      )
      .optional(),
    redis: z
      .union([word(redisUrl).transform((url) => redisSection.parse({ url })), redisSection])
      .describe('Redis, with which many weirs are one cache: a URL, or a section.')
      .exactOptional(),
  })
  .describe('The store.')
  .prefault({})

export const log = z
  .strictObject({
    level: word(choice(logLevels)).describe('The least severe lines that are written.').prefault('info'),
    requests: word(choice(['problems', 'all', 'none']))
      .describe('Which answers get a line; problems: each that is not a plain hit.')
      .prefault('problems'),
    sample: word(share).describe('The share of these lines that is written.').prefault(1),
    secrets: z
      .array(word(parameterNames))
      .describe('Query parameters whose values are shown nowhere, by name or prefix such as auth*.')
      .prefault([
        'access_token',
        'api_key',
        'apikey',
        'auth*',
        'code',
        'id_token',
        'key',
        'pass*',
        'pwd',
        'refresh_token',
        'secret*',
        'session*',
        'sig*',
        'token*',
        'x-amz-*',
      ]),
  })
  .describe('The log, JSON lines on standard output.')
  .prefault({})
