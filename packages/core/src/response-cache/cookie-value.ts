/** One cookie's value in a request's `Cookie` field (RFC 6265 §4.2). */
import { trimmed } from './field-list.ts'

/** As written, quotes included; undefined when there is none. Of several of one name the first, as handlers read it. */
export function cookieValue(cookies: string, name: string): string | undefined {
  for (const pair of cookies.split(';')) {
    const at = pair.indexOf('=')
    if (at !== -1 && trimmed(pair.slice(0, at)) === name) return trimmed(pair.slice(at + 1))
  }
  return undefined
}
