// How PostgreSQL would carry out a query: which tables it reads whole, and which indexes it uses.
import type { Queries } from './postgres.ts'

export interface Plan {
  /** Tables that are read from the first row to the last. */
  readonly scanned: readonly string[]
  readonly indexes: readonly string[]
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
}

export async function explainPostgres(
  connection: Queries,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Plan> {
  const [row] = await connection.rows<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
    parameters,
  )
  const nodes = flatten(row!['QUERY PLAN'][0]!.Plan)
  return {
    scanned: nodes
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name'] ?? ''),
    indexes: nodes.flatMap((node) => node['Index Name'] ?? []),
  }
}

function flatten(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)]
}
