/** What our middlewares are to Express's types. */
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Fits wherever Express takes a handler. It asks for no more than node's own objects, so that on a route the types of the
 * handlers beside it follow from the path: beside a plain `RequestHandler`, `req.params.id` is no longer a text. What we are
 * given are Express's own objects nevertheless, so our handlers are cast to this.
 */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => void
