// The database of the workplans API, step by step: as the report found it, then the four indexes that it adds.
import type { Migration } from '../shared/migrations.ts'
import { concurrentIndex } from '../shared/postgres-index.ts'

export const migrations: readonly Migration[] = [
  {
    name: 'tables',
    up: [
      `CREATE TABLE domains (
         id         integer PRIMARY KEY,
         slug       text NOT NULL,
         title      text NOT NULL,
         status     text NOT NULL,
         created_at timestamptz NOT NULL,
         updated_at timestamptz NOT NULL
       )`,
      `CREATE TABLE topics (
         id         integer PRIMARY KEY,
         domain_id  integer NOT NULL REFERENCES domains,
         slug       text NOT NULL,
         title      text NOT NULL,
         status     text NOT NULL,
         created_at timestamptz NOT NULL,
         updated_at timestamptz NOT NULL
       )`,
      `CREATE TABLE workstreams (
         id         integer PRIMARY KEY,
         topic_id   integer NOT NULL REFERENCES topics,
         slug       text NOT NULL,
         title      text NOT NULL,
         status     text NOT NULL,
         notes      text NOT NULL,
         created_at timestamptz NOT NULL
       )`,
      `CREATE TABLE tasks (
         id            integer PRIMARY KEY,
         workstream_id integer NOT NULL REFERENCES workstreams,
         title         text NOT NULL,
         status        text NOT NULL,
         needs_human   boolean NOT NULL,
         created_at    timestamptz NOT NULL
       )`,
      `CREATE TABLE decisions (
         id       integer PRIMARY KEY,
         topic_id integer NOT NULL REFERENCES topics,
         title    text NOT NULL,
         reasons  text NOT NULL
       )`,
      `CREATE TABLE progress_events (
         id         integer PRIMARY KEY,
         topic_id   integer NOT NULL REFERENCES topics,
         told       text NOT NULL,
         created_at timestamptz NOT NULL
       )`,
      `CREATE TABLE managed_repos (
         id         integer PRIMARY KEY,
         domain_id  integer NOT NULL REFERENCES domains,
         slug       text NOT NULL,
         title      text,
         status     text NOT NULL,
         local_path text
       )`,
      `CREATE TABLE repo_goals (
         id      integer PRIMARY KEY,
         repo_id integer NOT NULL REFERENCES managed_repos,
         goal    text NOT NULL
       )`,
      `CREATE TABLE sbom_snapshots (
         id            integer PRIMARY KEY,
         repo_id       integer NOT NULL REFERENCES managed_repos,
         snapshot_at   timestamptz NOT NULL,
         package_count integer NOT NULL,
         digest        text NOT NULL
       )`,
    ],
    down: [
      `DROP TABLE sbom_snapshots, repo_goals, managed_repos, progress_events, decisions, tasks, workstreams, topics, domains`,
    ],
  },
  concurrentIndex('ix_tasks_status', 'tasks (status)'),
  concurrentIndex('ix_tasks_workstream_status', 'tasks (workstream_id, status)'),
  concurrentIndex('ix_workstreams_status', 'workstreams (status)'),
  concurrentIndex('ix_sbom_snapshots_repo_at', 'sbom_snapshots (repo_id, snapshot_at DESC)'),
]
