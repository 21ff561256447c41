// What the slow form and the repaired form of the workplans API do differently, side by side.
import type { Form } from '../shared/form.ts'
import { type FileScan, readChangedFiles, readEveryFile } from './file-scan.ts'
import { cascadingLists, leanLists, type ReferenceLists } from './lists.ts'
import { snapshotsSql } from './queries.ts'

export interface WorkplansForm {
  /** The state of the database: everything up to this migration. */
  readonly migration: string
  readonly lists: ReferenceLists
  readonly snapshotsSql: string
  readonly scanFiles: (folder: string) => FileScan
}

export const workplansForms: Readonly<Record<Form, WorkplansForm>> = {
  slow: {
    migration: 'tables',
    lists: cascadingLists,
    snapshotsSql: snapshotsSql.slow,
    scanFiles: readEveryFile,
  },
  repaired: {
    migration: 'ix_sbom_snapshots_repo_at',
    lists: leanLists,
    snapshotsSql: snapshotsSql.repaired,
    scanFiles: readChangedFiles,
  },
}
