/** A small JSON body, for Koa, which brings no parser. */
import type { IncomingMessage } from 'node:http'

const longestBody = 10_000

/** The body's members; an empty object for a body that is not a JSON object. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > longestBody) return {}
  }
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
