/** The small shop that every framework serves: its data, its work, and how often each piece of work ran. */

export interface Product {
  readonly id: number
  readonly name: string
  readonly priceCents: number
  readonly description: string
}

export type Work = 'list' | 'product' | 'search' | 'login' | 'report' | 'export'

/** How long the pretended database takes, in ms. */
const databaseMs = 4

/** How long the slow report takes, in ms. */
const reportMs = 400

const productCount = 200

export class Shop {
  /** Handler runs so far. */
  readonly runs: Record<Work, number> = { list: 0, product: 0, search: 0, login: 0, report: 0, export: 0 }
  readonly #products = new Map<number, Product>()

  constructor() {
    for (let id = 1; id <= productCount; id++) this.#products.set(id, makeProduct(id))
  }

  async list(): Promise<readonly Product[]> {
    this.runs.list++
    await pause(databaseMs)
    return [...this.#products.values()].slice(0, 20)
  }

  async product(id: number): Promise<Product | undefined> {
    this.runs.product++
    await pause(databaseMs)
    return this.#products.get(id)
  }

  async search(text: string): Promise<readonly Product[]> {
    this.runs.search++
    await pause(databaseMs)
    const wanted = text.toLowerCase()
    return [...this.#products.values()].filter((product) => product.name.includes(wanted)).slice(0, 10)
  }

  rename(id: number, name: string): Product | undefined {
    const product = this.#products.get(id)
    if (product === undefined) return undefined
    const renamed = { ...product, name: name.slice(0, 80) }
    this.#products.set(id, renamed)
    return renamed
  }

  async login(password: unknown): Promise<boolean> {
    this.runs.login++
    await pause(databaseMs)
    return password === 'turbine'
  }

  async report(): Promise<{ readonly products: number; readonly totalCents: number }> {
    this.runs.report++
    await pause(reportMs)
    let totalCents = 0
    for (const product of this.#products.values()) totalCents += product.priceCents
    return { products: this.#products.size, totalCents }
  }

  /** The catalogue as CSV, a chunk at a time. */
  async *export(): AsyncGenerator<string> {
    this.runs.export++
    yield 'id,name,priceCents\n'
    let chunk = ''
    for (const product of this.#products.values()) {
      chunk += `${product.id},${product.name},${product.priceCents}\n`
      if (product.id % 50 !== 0) continue
      await pause(1)
      yield chunk
      chunk = ''
    }
    if (chunk !== '') yield chunk
  }
}

const colours = ['amber', 'blue', 'copper', 'dark', 'ember', 'forest', 'grey', 'honey']
const things = ['lamp', 'chair', 'kettle', 'scarf', 'bottle']

function makeProduct(id: number): Product {
  const name = `${colours[id % colours.length]} ${things[id % things.length]} ${id}`
  return {
    id,
    name,
    priceCents: 500 + ((id * 7919) % 20_000),
    description: `The ${name}. `.repeat(30),
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
