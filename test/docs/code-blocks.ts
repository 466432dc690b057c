/** The code blocks of the README files and the guides, as whole modules. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface CodeBlock {
  /** `README.md#2`: page, and which block on it. */
  readonly name: string
  readonly language: 'js' | 'ts'
  readonly code: string
}

export const root: string = fileURLToPath(new URL('../../', import.meta.url))

/** What the fragments take for granted, by the adapter they import: how it is declared, and what it is where they run. */
interface Given {
  readonly type: string
  readonly value: string
}

const surroundings: Readonly<Record<string, Readonly<Record<string, Given>>>> = {
  '@forebay/express': {
    app: { type: "import('express').Express", value: "(await import('express')).default()" },
    show: { type: "import('express').RequestHandler", value: '(_req, res) => void res.send()' },
    list: { type: "import('express').RequestHandler", value: '(_req, res) => void res.send()' },
  },
  '@forebay/fastify': {
    app: { type: "import('fastify').FastifyInstance", value: "(await import('fastify')).default()" },
    search: { type: "import('fastify').RouteHandlerMethod", value: 'async () => ({})' },
  },
  '@forebay/koa': {
    app: { type: "import('koa')", value: "new (await import('koa')).default()" },
    list: { type: '() => Promise<unknown>', value: 'async () => []' },
  },
  '@forebay/core': { wait: { type: '(ms: number | undefined) => void', value: '() => {}' } },
}

/** Blocks that run as pasted. */
export function readmeBlocks(): CodeBlock[] {
  const pages = [
    'README.md',
    ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
  ]
  return pages.flatMap(blocksOf)
}

/** Blocks of the pages that say how things are. */
export function pageBlocks(): CodeBlock[] {
  return ['docs/rate-limiting.md', 'docs/response-cache.md', 'docs/data-cache.md'].flatMap(blocksOf)
}

/** Blocks of the guides: what stands below `// after`, and what surrounds it in an app. */
export function guideBlocks(): (CodeBlock & { readonly given: Readonly<Record<string, Given>> })[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
  return pages.flatMap(blocksOf).map(({ name, language, code: whole }) => {
    const code = whole.split('// after\n').at(-1) ?? ''
    const adapters = [...code.matchAll(/from '(@forebay\/[a-z]+)'/g)].map(([, adapter]) => adapter ?? '')
    const missing = adapters
      .flatMap((adapter) => Object.entries(surroundings[adapter] ?? {}))
      .filter(([word]) => !new RegExp(String.raw`(?:const|import|function) ${word}\b`).test(code))
    return { name, language, code, given: Object.fromEntries(missing) }
  })
}

function blocksOf(page: string): CodeBlock[] {
  const text = readFileSync(join(root, page), 'utf8')
  return [...text.matchAll(/^```(?<language>js|ts)\n(?<code>[\s\S]*?)^```$/gm)].map(({ groups }, index) => ({
    name: `${page}#${index + 1}`,
    language: groups?.['language'] === 'js' ? 'js' : 'ts',
    code: groups?.['code'] ?? '',
  }))
}
