// The text of names and values in a query (application/x-www-form-urlencoded).

/** Decodes '+' and percent-encodings; bytes that are not UTF-8 become U+FFFD, and a lone '%' stays. */
export function decodeFormText(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  const spaced = text.replaceAll('+', ' ')
  try {
    return decodeURIComponent(spaced)
  } catch {
    return decodeLeniently(spaced)
  }
}

function decodeLeniently(text: string): string {
  const encoded = new TextEncoder().encode(text)
  const bytes: number[] = []
  for (let i = 0; i < encoded.length; i++) {
    const pair = encoded[i] === 0x25 ? String.fromCharCode(...encoded.subarray(i + 1, i + 3)) : ''
    const isTriplet = /^[0-9a-f]{2}$/i.test(pair)
    bytes.push(isTriplet ? parseInt(pair, 16) : (encoded[i] as number))
    if (isTriplet) i += 2
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(bytes))
}
