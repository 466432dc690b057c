/** Bytes as the inside of a text in Lua. */

export function luaText(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\${byte}`).join('')
}
