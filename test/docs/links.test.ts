/** Every link of the docs leads to a file that is there, and to a heading that is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './code-blocks.ts'

const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((file) =>
  join('docs', file),
)
const ofPackages = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`)
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...inDocs.filter((file) => file.endsWith('.md')),
  ...ofPackages,
]

describe.each(pages)('%s', (page) => {
  it('leads nowhere that is not there', () => {
    const links = [...proseOf(page).matchAll(/\]\((?<target>[^)\s]+)\)/g)].map(
      ({ groups }) => groups?.['target'] ?? '',
    )
    expect(links.filter((link) => !link.startsWith('https://') && !isThere(page, link))).toEqual([])
  })
})

it('has every page in the table of contents', () => {
  const contents = readFileSync(join(root, 'docs/README.md'), 'utf8')
  const guides = inDocs.filter((file) => file.endsWith('.md') && file !== 'docs/README.md')
  expect(guides.filter((file) => !contents.includes(`(${relative('docs', file)})`))).toEqual([])
})

function isThere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || headingsOf(target).has(anchor)
}

/** As GitHub names them. */
function headingsOf(page: string): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (?<text>.+)$/gm)].map(
    ({ groups }) => groups?.['text'] ?? '',
  )
  return new Set(
    headings.map((text) =>
      text
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  )
}

function proseOf(page: string): string {
  return readFileSync(join(root, page), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '')
}
