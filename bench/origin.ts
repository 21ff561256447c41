// The bare node:http server of the benchmark: 1 KiB of JSON for every path, and a count of what it has answered.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const bodyBytes = 1_024
const frame = JSON.stringify({ filler: '' })
const body = Buffer.from(JSON.stringify({ filler: 'x'.repeat(bodyBytes - frame.length) }))
let answered = 0

const server = createServer((request, response) => {
  if (request.url === '/answered') {
    response.end(String(answered))
    return
  }
  answered += 1
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
  response.end(body)
})

server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
