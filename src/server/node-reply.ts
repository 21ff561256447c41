// The reply port over node:http's response.
import type { ServerResponse } from 'node:http'
import type { Fields } from '../http/fields.ts'
import type { AnswerHead, Reply } from '../proxy/reply.ts'

export class NodeReply implements Reply {
  readonly #response: ServerResponse
  /** Whether the connection must not be used again, as when weir is stopping. */
  #closing: () => boolean = () => false
  #written = false

  constructor(response: ServerResponse) {
    this.#response = response
    response.sendDate = false
  }

  get started(): boolean {
    return this.#response.headersSent
  }

  /** The connection ends with this answer if `condition` holds when its head is written. */
  closeAfter(condition: () => boolean = () => true): void {
    const earlier = this.#closing
    this.#closing = () => earlier() || condition()
  }

  inform(status: number, fields: Fields): void {
    if (status === 100 || this.#response.headersSent || this.#response.req.httpVersion !== '1.1') return
    const lines = [`HTTP/1.1 ${status} `]
    for (let i = 0; i < fields.raw.length; i += 2)
      lines.push(`${fields.raw[i] ?? ''}: ${fields.raw[i + 1] ?? ''}`)
    this.#response.socket?.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  }

  send(head: AnswerHead, body: Uint8Array | null): void {
    this.#writeHead(head)
    if (body === null) this.#response.end()
    else this.#response.end(body)
  }

  start(head: AnswerHead): void {
    this.#writeHead(head)
    // node:http keeps the head back until there is content, which a silent event stream may not have for long.
    // What came together with the head is written by then, and so goes out together.
    queueMicrotask(() => {
      if (!this.#written && !this.#response.writableEnded) this.#response.flushHeaders()
    })
  }

  write(chunk: Uint8Array): boolean {
    this.#written = true
    return this.#response.write(chunk)
  }

  end(trailers: Fields): void {
    if (trailers.raw.length > 0 && this.#takesTrailers()) this.#response.addTrailers(pairs(trailers))
    this.#response.end()
  }

  abort(): void {
    const { socket, req } = this.#response
    // A close-delimited answer looks whole when its connection ends; only a reset tells that it is not.
    if (req.httpVersion === '1.0') socket?.resetAndDestroy()
    else this.#response.destroy()
  }

  onDrain(listener: () => void): void {
    this.#response.on('drain', listener)
  }

  onGone(listener: () => void): void {
    this.#response.once('close', () => {
      if (!this.#response.writableFinished) listener()
    })
  }

  /** Who does not say so may drop them unseen, or not know them at all (RFC 9110 §6.5.1). */
  #takesTrailers(): boolean {
    return /(?:^|,)[\t ]*trailers[\t ]*(?:,|$)/i.test(String(this.#response.req.headers.te ?? ''))
  }

  #writeHead({ status, statusText, fields }: AnswerHead): void {
    const raw = this.#closing() ? [...fields, 'Connection', 'close'] : [...fields]
    this.#response.writeHead(status, statusText, raw)
  }
}

function pairs({ raw }: Fields): [string, string][] {
  const list: [string, string][] = []
  for (let i = 0; i < raw.length; i += 2) list.push([raw[i] ?? '', raw[i + 1] ?? ''])
  return list
}
