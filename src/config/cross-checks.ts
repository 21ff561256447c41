// Mistakes that only show when several keys are seen together. They are looked for in the data as written, so that
// they are found beside mistakes of other kinds.
import { z } from 'zod'
import { hasParameter } from '../route/path-pattern.ts'
import { shadowedBy, type Reach } from '../route/shadow.ts'
import { formatPath, type Path, type Problem } from './errors.ts'
import { address, isLoopback } from './names.ts'
import { route } from './schema-route.ts'

const reach = z.object({ path: route.shape.path, methods: route.shape.methods })

/** `lineOf` gives the line on which the value at a path starts. */
export function crossCheck(data: unknown, lineOf: (path: Path) => number): readonly Problem[] {
  return [
    ...shadowedRoutes(data, lineOf),
    ...strayParameters(data),
    ...jobsInTurn(data),
    ...openManagement(data),
    ...redisWithoutSecret(data),
  ]
}

function shadowedRoutes(data: unknown, lineOf: (path: Path) => number): readonly Problem[] {
  const reaches = reachable(data)
  const placeOf = (index: number): Path => ['routes', reaches[index]?.index ?? index]
  return shadowedBy(reaches).map(({ index, by }) => {
    const earlier = `${formatPath(placeOf(by))} on line ${lineOf(placeOf(by))}`
    return {
      path: placeOf(index),
      at: 'value',
      message: `is never reached: ${earlier} takes all of its requests`,
    }
  })
}

/** Tag templates, own or inherited, that name a parameter which the route's path has not. */
function strayParameters(data: unknown): readonly Problem[] {
  return reachable(data).flatMap(({ index, pattern }) =>
    templatesOf(data, index).flatMap(({ path, template }) => {
      const stray = tagParameters(template).filter((name) => !hasParameter(pattern.text, name))
      return stray.map((name) => ({
        path,
        at: 'value' as const,
        message: `":${name}" is not a parameter of ${pattern.text}`,
      }))
    }),
  )
}

/** A job's lease keeps the runs of its path apart already, and whoever comes meanwhile is not to wait. */
function jobsInTurn(data: unknown): readonly Problem[] {
  const guards = (index: number, key: string): boolean => {
    const section = at(data, ['routes', index, key]) ?? at(data, ['defaults', key])
    return section !== undefined && section !== 'off'
  }
  return list(at(data, ['routes'])).flatMap((_, index) =>
    guards(index, 'job') && guards(index, 'serialize')
      ? [
          {
            path: ['routes', index],
            at: 'value' as const,
            message: 'write one of job and serialize; switch an inherited one off with "off"',
          },
        ]
      : [],
  )
}

/** Without the same secret, no weir could read what another has stored. */
function redisWithoutSecret(data: unknown): readonly Problem[] {
  if (at(data, ['cache', 'redis']) === undefined || at(data, ['cache', 'secret']) !== undefined) return []
  const message = 'needs cache.secret: the same for all weirs that share this Redis'
  return [{ path: ['cache', 'redis'], at: 'key', message }]
}

function tagParameters(template: string): readonly string[] {
  return Array.from(template.matchAll(/:([A-Za-z_$][\w$]*)/g), ([, name = '']) => name)
}

function openManagement(data: unknown): readonly Problem[] {
  const listen = address.read(at(data, ['manage', 'listen']))
  const isOpen = at(data, ['manage', 'token']) === undefined && 'value' in listen && !isLoopback(listen.value)
  const message = 'write a token as well: others than this machine can reach this address'
  return isOpen ? [{ path: ['manage', 'listen'], at: 'value', message }] : []
}

interface IndexedReach extends Reach {
  readonly index: number
}

/** The routes whose path and methods can be read, whatever else is wrong with them. */
function reachable(data: unknown): readonly IndexedReach[] {
  return list(at(data, ['routes'])).flatMap((written, index) => {
    const read = reach.safeParse(written)
    if (!read.success) return []
    const { path, methods } = read.data
    return [{ index, pattern: path, methods: methods === undefined ? null : new Set(methods) }]
  })
}

function templatesOf(data: unknown, index: number): readonly { path: Path; template: string }[] {
  const sources = [
    ['invalidates'],
    ...(at(data, ['routes', index, 'cache']) === 'off' ? [] : [['cache', 'tags']]),
  ]
  return sources.flatMap((source) => {
    const own = ['routes', index, ...source]
    const given = at(data, own) === undefined ? ['defaults', ...source] : own
    const path = at(data, [...given, 'targets']) === undefined ? given : [...given, 'targets']
    return list(at(data, path)).flatMap((template, position) =>
      typeof template === 'string' && !template.startsWith('/')
        ? [{ path: [...path, position], template }]
        : [],
    )
  })
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function at(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key],
    data,
  )
}
