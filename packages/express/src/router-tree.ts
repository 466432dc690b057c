/** Where in an app's routers something is mounted: its handlers and routes, and the layers on the way to each. */
import type { Application } from 'express'
import type { Layer, LayeredRoute } from './layer.ts'

export interface Mounting {
  /** From the app's own router inwards; the path of each is below that of the one before. */
  readonly layers: readonly Layer[]
  /** The route that it belongs to, if it does. */
  readonly route: LayeredRoute | undefined
}

export interface RouterTree {
  /** How much was mounted when it was walked. */
  readonly size: number
  /** By handler or route. */
  readonly byHandler: ReadonlyMap<unknown, readonly Mounting[]>
  readonly all: readonly Mounting[]
}

const trees = new WeakMap<Application, RouterTree>()

export function treeOf(app: Application): RouterTree {
  return trees.get(app) ?? walked(app)
}

/** The tree anew where something was mounted since; undefined where it is as it was. */
export function regrownTreeOf(app: Application): RouterTree | undefined {
  return sizeOf(stackOf(app), new Set()) === trees.get(app)?.size ? undefined : walked(app)
}

function walked(app: Application): RouterTree {
  const stack = stackOf(app)
  const byHandler = new Map<unknown, Mounting[]>()
  const all: Mounting[] = []
  const note = (mounting: Mounting, handlers: readonly unknown[]): void => {
    all.push(mounting)
    for (const handler of handlers) {
      const others = byHandler.get(handler)
      if (others === undefined) byHandler.set(handler, [mounting])
      else others.push(mounting)
    }
  }
  walk(stack, { layers: [], within: new Set() }, note)
  const tree = { size: sizeOf(stack, new Set()), byHandler, all }
  trees.set(app, tree)
  return tree
}

interface Way {
  readonly layers: readonly Layer[]
  /** A router may be mounted in itself. */
  readonly within: ReadonlySet<Stack>
}

type Stack = readonly Layer[]
type Note = (mounting: Mounting, handlers: readonly unknown[]) => void

function walk(stack: Stack, { layers, within }: Way, note: Note): void {
  if (within.has(stack)) return
  const inside = new Set(within).add(stack)
  for (const layer of stack) {
    const { route, handle } = layer
    if (route === undefined) {
      const below = [...layers, layer]
      note({ layers: below, route: undefined }, [handle])
      walk(stackOf(handle), { layers: below, within: inside }, note)
    } else note({ layers, route }, [route, ...route.stack.map((own) => own.handle)])
  }
}

function sizeOf(stack: Stack, seen: Set<Stack>): number {
  if (seen.has(stack)) return 0
  seen.add(stack)
  let size = stack.length
  for (const { route, handle } of stack)
    size += route === undefined ? sizeOf(stackOf(handle), seen) : route.stack.length
  return size
}

const nothing: Stack = []

/** The layers of a router, or of an app that stands in the place of one. */
function stackOf(handler: unknown): Stack {
  if (typeof handler !== 'function') return nothing
  const { stack, set } = handler as unknown as { readonly stack?: unknown; readonly set?: unknown }
  if (Array.isArray(stack)) return stack as Stack
  // Only apps have settings.
  return typeof set === 'function' ? stackOf(routerOf(handler as unknown as Application)) : nothing
}

function routerOf(app: Application): unknown {
  const { _router: router } = app as { readonly _router?: unknown }
  if (router !== undefined) return router
  try {
    return app.router
  } catch {
    // Version 4, before anything was mounted.
    return undefined
  }
}
