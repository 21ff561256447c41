import { describe, expect, test } from 'vitest'
import { Fields } from '../../../src/http/fields.ts'
import { selectResponse, selectStreamed } from '../../../src/policy/select-response.ts'
import { answerOf, entryOf, requestOf } from './requests.ts'

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
const modified = 'Sat, 01 Mar 2025 11:00:00 GMT'
const raw = [
  ...[
    'Date',
    'Sat, 01 Mar 2025 12:00:00 GMT',
    'Content-Type',
    'text/plain',
    'Content-Length',
    '10',
    'ETag',
    '"a"',
  ],
  ...['Last-Modified', modified, 'Cache-Control', 'max-age=60', 'Vary', 'Foo', 'Content-Location', '/b'],
  ...['Access-Control-Allow-Origin', '*'],
]
const entry = entryOf({
  fields: new Fields(raw),
  body: encode('0123456789'),
  etag: '"a"',
  lastModified: modified,
  initialAgeMs: 1500,
})

function answer(fields: readonly string[], method = 'GET', from = entry) {
  const { status, fields: sent, body } = selectResponse(from, requestOf(fields, { method }), 600)
  return { status, fields: new Fields(sent), body: body === null ? null : new TextDecoder().decode(body) }
}

describe('a stored response', () => {
  test('must be sent whole with its current age in whole seconds (RFC 9111 §4.2.3, §5.1)', () => {
    expect(selectResponse(entry, requestOf(), 600)).toEqual({
      status: 200,
      statusText: 'OK',
      fields: [...raw, 'Age', '2'],
      body: entry.body,
    })
  })

  test('must not be changed by what is done to the answer', () => {
    selectResponse(entry, requestOf(), 600).fields.push('X-Cache', 'HIT')
    expect(entry.fields.raw).toEqual(raw)
  })

  test('must answer HEAD without content and with its length (RFC 9110 §9.3.2)', () => {
    const { status, fields, body } = answer([], 'HEAD')
    expect([status, fields.get('content-length'), body]).toEqual([200, '10', null])
  })

  test.each([
    ['If-None-Match', '"a"', 'GET'],
    ['If-None-Match', 'W/"a", "b"', 'HEAD'],
    ['If-Modified-Since', modified, 'GET'],
  ])(
    'must answer %s: %s of a %s with 304 and no field of its content (RFC 9110 §15.4.5)',
    (name, value, method) => {
      const { status, fields, body } = answer([name, value, 'Range', 'bytes=0-1'], method)
      expect([status, body]).toEqual([304, null])
      expect(fields.names).toEqual([
        'date',
        'etag',
        'cache-control',
        'vary',
        'content-location',
        'access-control-allow-origin',
        'age',
      ])
    },
  )

  test('must keep Last-Modified in a 304 where it is the only validator', () => {
    const untagged = entryOf({ fields: new Fields(['Last-Modified', modified]), lastModified: modified })
    expect(answer(['If-Modified-Since', modified], 'GET', untagged).fields.names).toEqual([
      'last-modified',
      'age',
    ])
  })

  test('must be sent whole where a precondition does not hold', () => {
    expect(answer(['If-None-Match', '"b"'])).toMatchObject({ status: 200, body: '0123456789' })
  })

  test('must be sent as it is where it is no 200', () => {
    const missing = { ...entry, status: 404 }
    expect(answer(['If-None-Match', '"a"', 'Range', 'bytes=0-1'], 'GET', missing)).toMatchObject({
      status: 404,
      body: '0123456789',
    })
  })
})

describe('a range of a stored response', () => {
  test('must be sent as 206 with the fields of the whole (RFC 9110 §15.3.7)', () => {
    const { status, fields, body } = answer(['Range', 'bytes=2-4'])
    expect([status, body]).toEqual([206, '234'])
    expect(fields.get('content-range')).toBe('bytes 2-4/10')
    expect(fields.get('content-length')).toBe('3')
    expect(fields.get('content-type')).toBe('text/plain')
    expect([fields.get('etag'), fields.get('age')]).toEqual(['"a"', '2'])
  })

  test('must be sent in parts where there are several (RFC 9110 §15.3.7.2)', () => {
    const { status, fields, body } = answer(['Range', 'bytes=0-1, -1'])
    const boundary =
      /^multipart\/byteranges; boundary=(.+)$/.exec(fields.get('content-type') ?? '')?.[1] ?? '?'
    expect(status).toBe(206)
    expect(fields.has('content-range')).toBe(false)
    expect(fields.get('content-length')).toBe(String(body?.length))
    expect(body?.split(`--${boundary}`).length).toBe(4)
    expect(body).toContain('Content-Type: text/plain\r\nContent-Range: bytes 9-9/10\r\n\r\n9')
  })

  test('must be refused with 416 and the length where there is no such byte (RFC 9110 §15.5.17)', () => {
    const { status, fields, body } = answer(['Range', 'bytes=10-'])
    expect([status, body, fields.get('content-range')]).toEqual([416, null, 'bytes */10'])
    expect(fields.names).toEqual([
      'date',
      'vary',
      'access-control-allow-origin',
      'content-range',
      'content-length',
    ])
  })

  test.each([
    ['of a HEAD', ['Range', 'bytes=0-1'], 'HEAD'],
    ['under an If-Range that does not match', ['Range', 'bytes=0-1', 'If-Range', '"b"'], 'GET'],
    ['that is malformed', ['Range', 'bytes=b'], 'GET'],
  ])('must be ignored %s (RFC 9110 §14.2)', (_, fields, method) => {
    expect(answer(fields, method).status).toBe(200)
  })

  test('must be sent under an If-Range that matches', () => {
    expect(answer(['Range', 'bytes=0-1', 'If-Range', '"a"']).status).toBe(206)
    expect(answer(['Range', 'bytes=0-1', 'If-Range', modified]).status).toBe(206)
  })
})

describe('an answer that is still coming in', () => {
  const head = answerOf(200, raw)

  test('must be passed on with the fields of a forwarded answer', () => {
    const selected = selectStreamed(head, requestOf(), 0)
    expect(selected.withContent).toBe(true)
    expect(selected.head.fields.raw).toEqual([...raw, 'Via', '1.1 weir'])
  })

  test('must answer HEAD without content', () => {
    expect(selectStreamed(head, requestOf([], { method: 'HEAD' }), 0)).toMatchObject({
      head: { status: 200 },
      withContent: false,
    })
  })

  test('must be a 304 to a client that has it already', () => {
    const selected = selectStreamed(head, requestOf(['If-None-Match', '"a"']), 0)
    expect(selected).toMatchObject({ head: { status: 304, statusText: 'Not Modified' }, withContent: false })
    expect(selected.head.fields.has('content-length')).toBe(false)
  })

  test('must be passed on to a client that has it, where it is no 200', () => {
    const selected = selectStreamed(answerOf(404, raw), requestOf(['If-None-Match', '"a"']), 0)
    expect(selected).toMatchObject({ head: { status: 404 }, withContent: true })
  })
})
