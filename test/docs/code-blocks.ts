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

/** Names that the fragments of a guide take for granted, by the adapter they import. */
const surroundings: Readonly<Record<string, string>> = {
  '@forebay/express': `
    declare const app: import('express').Express
    declare const show: import('express').RequestHandler, list: import('express').RequestHandler`,
  '@forebay/fastify': `
    declare const app: import('fastify').FastifyInstance
    declare const search: import('fastify').RouteHandlerMethod`,
  '@forebay/koa': `
    declare const app: import('koa')
    declare const list: () => Promise<unknown>`,
  '@forebay/core': `
    declare const wait: (ms: number | undefined) => void`,
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

/** What stands below `// after` in the guides, completed by what surrounds it in an app. */
export function guideBlocks(): CodeBlock[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`)
  return pages.flatMap(blocksOf).map(({ name, language, code }) => {
    const after = code.split('// after\n').at(-1) ?? ''
    const adapter = /from '(@forebay\/[a-z]+)'/.exec(after)?.[1] ?? ''
    return { name, language, code: `${after}\nexport {}\n${surroundings[adapter] ?? ''}\n` }
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
