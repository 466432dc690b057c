/** An app's routes with their hooks, read from the only place where Fastify shows them: `printRoutes`. */
import type { FastifyInstance } from 'fastify'

export interface PrintedRoute {
  readonly method: string
  /** The pattern; of parameters that stand in one place under several names, all names. */
  readonly path: string
  /** The names of the functions that run at the point that was asked for. */
  readonly hooks: string[]
}

const levels: ReadonlySet<string> = new Set(['│   ', '    '])
const branches: ReadonlySet<string> = new Set(['├── ', '└── '])

/** To be asked once the app is ready. */
export function printedRoutes(app: FastifyInstance, point: string): readonly PrintedRoute[] {
  const routes: PrintedRoute[] = []
  const segments: string[] = []
  let hooks: string[] = []
  for (const line of app.printRoutes({ includeMeta: [point] }).split('\n')) {
    const { depth, isBranch, text } = readLine(line)
    if (text.startsWith('• (')) {
      hooks.push(...readHooks(text))
      continue
    }
    const { segment, methods } = readRoute(text)
    if (isBranch) segments.splice(depth, Infinity, segment)
    hooks = []
    for (const method of methods) routes.push({ method, path: segments.join(''), hooks })
  }
  return routes
}

interface Line {
  readonly depth: number
  /** Whether a node of the tree begins here; otherwise the line goes on with the latest. */
  readonly isBranch: boolean
  readonly text: string
}

function readLine(line: string): Line {
  let depth = 0
  while (levels.has(line.slice(depth * 4, depth * 4 + 4))) depth++
  const isBranch = branches.has(line.slice(depth * 4, depth * 4 + 4))
  return { depth, isBranch, text: line.slice((isBranch ? depth + 1 : depth) * 4) }
}

/** `/products (GET, POST)`; a node that only others hang from has no methods. */
function readRoute(text: string): { readonly segment: string; readonly methods: readonly string[] } {
  const opened = text.indexOf(' (')
  const closed = text.indexOf(')', opened)
  if (opened < 0 || closed < 0) return { segment: text, methods: [] }
  return { segment: text.slice(0, opened), methods: text.slice(opened + 2, closed).split(', ') }
}

/** `• (onSend) ["compress()"]` */
function readHooks(text: string): readonly string[] {
  const names = JSON.parse(text.slice(text.indexOf(') ') + 2)) as string[]
  return names.map((name) => name.slice(0, -'()'.length))
}
