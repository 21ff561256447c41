// Makes connections for the pool, and notices what undici does not tell.
import { isIP } from 'node:net'
import { buildConnector } from 'undici'

export interface Connector {
  readonly connect: buildConnector.connector
  /**
   * True while the reset of a connection is being handled. undici then ends a close-delimited body as if the origin
   * had closed in peace; the attempt asks here, and takes it for broken off.
   */
  readonly resetting: () => boolean
}

/** @param connectMs bounds a single connection attempt, TLS included, within undici's timer resolution (0.5 s) */
export function createConnector(connectMs: number): Connector {
  const connect = buildConnector({ allowH2: false, timeout: connectMs })
  let resetting = false

  const markReset = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'ECONNRESET') return
    resetting = true
    // undici's own listener comes after this one, and before any microtask.
    queueMicrotask(() => (resetting = false))
  }

  return {
    connect(options, callback) {
      // The name for TLS is the configured one, never the client's Host; an address is no name (RFC 6066 §3).
      const servername = isIP(options.hostname) === 0 ? options.hostname : ''
      connect({ ...options, servername }, (...result) => {
        result[1]?.on('error', markReset)
        callback(...result)
      })
    },
    resetting: () => resetting,
  }
}
