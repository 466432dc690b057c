/** Classes with decorated methods. What runs tests does not know decorators: the compiler makes plain JavaScript of this file. */
import { cached, createCache, type Backend, type DataCache } from '@forebay/core'

export const cache: DataCache = createCache({ ttl: '1m' })

/** How often a method ran. */
export const ran = { times: 0 }

export class Prices {
  readonly factor: number
  readonly region: string

  constructor(factor: number, region: string = 'north') {
    this.factor = factor
    this.region = region
  }

  @cached({ cache, ttl: '10s' })
  async price(id: number): Promise<number> {
    ran.times++
    return id * this.factor
  }

  @cached({
    cache,
    name: 'Prices.inRegion',
    key(this: Prices, id: number) {
      return [this.region, id]
    },
  })
  async inRegion(id: number): Promise<string> {
    ran.times++
    return `${this.region} ${id}`
  }

  @cached({ cache, ttl: '10s' })
  static async count(): Promise<number> {
    return ++ran.times
  }

  @cached({ cache })
  async #hidden(id: number): Promise<number> {
    return id + this.factor + ran.times
  }

  @cached({ ttl: '1m' })
  async plain(id: number): Promise<number> {
    ran.times++
    return id * this.factor
  }

  hidden(id: number): Promise<number> {
    return this.#hidden(id)
  }
}

export class DoublePrices extends Prices {
  @cached({ cache })
  override async price(id: number): Promise<number> {
    return 2 * (await super.price(id))
  }
}

/** As another process has it: the same class on the same backend, over a cache of its own. */
export function shopOn(backend: Backend, factor: number): { price(id: number): Promise<number> } {
  class Shop {
    @cached({ cache: createCache({ backend }) })
    async price(id: number): Promise<number> {
      return id * factor
    }
  }
  return new Shop()
}
