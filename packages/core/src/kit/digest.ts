/** Texts of any length as short ones, without collisions that anybody could find. */
import { createHash } from 'node:crypto'

/**
 * SHA-256 of the text, in base64url. The text's UTF-16 code units are hashed, not its UTF-8: there, all unpaired
 * surrogates would be one character, and different keys the same.
 */
export function digest(text: string): string {
  return createHash('sha256').update(Buffer.from(text, 'utf16le')).digest('base64url')
}
