// Origins behind TLS: the name is the configured one, and the certificate has to be trusted.
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { turn } from '../../kit/barrier.ts'
import { certificate, certificateKey } from '../../kit/certificate.ts'
import { originRequest, recordedFetch, usualRetry } from '../../kit/recorded-fetch.ts'
import { adapterFor } from './setting.ts'

const seen: { name: unknown; protocol: unknown; host: unknown }[] = []
let connections = 0
const server = createServer({ key: certificateKey, cert: certificate }, ({ socket, headers }, response) => {
  const tls = socket instanceof TLSSocket ? socket : null
  seen.push({ name: tls && Reflect.get(tls, 'servername'), protocol: tls?.alpnProtocol, host: headers.host })
  response.end('safe')
}).on('secureConnection', () => (connections += 1))

const trusted = getCACertificates('default')
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise((resolve) => void server.close(resolve)))
afterEach(() => {
  setDefaultCACertificates(trusted)
  seen.length = 0
  connections = 0
})

function portOf(): number {
  return (server.address() as AddressInfo).port
}

test("the name must be the origin's own and one connection serve every Host", async () => {
  setDefaultCACertificates([certificate])
  const { origin } = adapterFor(`https://localhost:${portOf()}`)
  for (const host of ['a.test', 'b.test']) {
    const fetch = recordedFetch(origin, originRequest({ fields: ['Host', host] }))
    expect([await fetch.over, fetch.body()]).toEqual(['ended', 'safe'])
    await turn()
  }
  expect(seen).toEqual([
    { name: 'localhost', protocol: 'http/1.1', host: 'a.test' },
    { name: 'localhost', protocol: 'http/1.1', host: 'b.test' },
  ])
  expect(connections).toBe(1)
})

test('an origin by address must get no name (RFC 6066 §3), and be checked by its address', async () => {
  setDefaultCACertificates([certificate])
  const { origin } = adapterFor(`https://127.0.0.1:${portOf()}`)
  const fetch = recordedFetch(origin, originRequest())
  expect([await fetch.over, fetch.body()]).toEqual(['ended', 'safe'])
  expect(seen[0]?.name).toBe(false)
})

test('a certificate that is not trusted must become 502 tls_protocol_error, with nothing sent', async () => {
  const { origin } = adapterFor(`https://localhost:${portOf()}`)
  const fetch = recordedFetch(origin, originRequest({ retry: { ...usualRetry, attempts: 0 } }))
  expect(await fetch.over).toBe('failed tls_protocol_error')
  expect(fetch.failure).toMatchObject({ side: 'origin', status: 502, sent: false })
  expect(seen).toEqual([])
})
