/** Lets requests and responses share a hidden class again, on versions of V8 where Express takes it from them. */
import type { Request, Response } from 'express'

const seen = new WeakSet<Request>()

/**
 * Once per request, however many middlewares ask; never throws, whatever an app has made of the two.
 *
 * Express gives both another prototype once they have all the properties that Node gives them. Up to V8 12.4 (Node 20 and 22)
 * an object of such a class is "detached" (`Map::is_detached`): every property that is added from then on, the first already,
 * makes a hidden class that no other object will ever have. Node's own code then finds nothing in its inline caches for this
 * response nor for the next, and a whole request takes half as much time again and more (nodejs/node#37457). The V8 of Node 24
 * changes the prototype at the root of the tree of classes (`--move-prototype-transitions-first`): nothing is lost there, and
 * what is done here would cost.
 *
 * When an attribute of a property of a detached object changes, V8 makes the object a dictionary, and alike dictionaries
 * share their class. Reading one is slower than a fast class, and much faster than a class of its own. So `enumerable` of the
 * two links that Express itself makes, `req.res` and `res.req`, goes off and on again. Nothing else about the objects
 * changes, not even the order of their properties.
 */
export const shareShape: (req: Request, res: Response) => void = losesShapes(process.versions.v8)
  ? shareShapeOnce
  : () => undefined

function shareShapeOnce(req: Request, res: Response): void {
  if (seen.has(req)) return
  seen.add(req)
  shareShapeOf(req, 'res')
  shareShapeOf(res, 'req')
}

/** `property` is left alone where it is not the object's own, or not as Express makes it. */
export function shareShapeOf<T extends object>(object: T, property: keyof T & string): void {
  try {
    if (Object.prototype.propertyIsEnumerable.call(object, property)) {
      if (Reflect.defineProperty(object, property, { enumerable: false })) {
        Reflect.defineProperty(object, property, { enumerable: true })
      }
    }
  } catch {
    // A Proxy may refuse. Then it is as slow as before.
  }
}

/** Whether a new prototype costs an object its hidden class, by V8's version; Node from 20 on is what this is asked of. */
export function losesShapes(v8: string): boolean {
  const [major = NaN, minor = NaN] = v8.split('.').map(Number)
  return major < 12 || (major === 12 && minor <= 4)
}
