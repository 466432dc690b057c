/** Sends a response that the core holds through `node:http`, past whatever middleware has put in front of it. */
import type { ServerResponse } from 'node:http'
import type { HttpResponse, ReusedResponse } from '../ports/http.ts'
import { setFields } from './response-fields.ts'

/** Does nothing when something was sent already. */
export function sendResponse(res: ServerResponse, response: HttpResponse): void {
  if (res.headersSent || res.writableEnded) return
  res.statusCode = response.status
  setFields(res, response.fields)
  // One call with all of the content: it leaves with the head, in one write.
  if (response.body === undefined) res.end()
  else res.end(response.body)
}

/** A stored response, with the age and the cache status of this reuse. */
export function sendReused(res: ServerResponse, response: ReusedResponse): void {
  if (res.headersSent || res.writableEnded) return
  if (response.age !== undefined) res.setHeader('age', response.age)
  if (response.cacheStatus !== undefined) res.setHeader('cache-status', response.cacheStatus)
  sendResponse(res, response)
}
