import { defineResource } from '../resource.js';
import type { Row } from '../table.js';
import type { TicketRow } from './tickets.js';

/** An agent that acts for users, known by one name. */
export interface AgentRow extends Row {
  name: string;
}

export const agents = defineResource<AgentRow>()({
  name: 'agent',
  prefix: 'agent',
  unique: { name: (row) => row.name },
});

/** A ticket that signs an agent in as a user, with what it is to do on record. */
export interface AgentTaskRow extends TicketRow {
  agent_id: string;
  task_description: string;
  redirect_url: string;
  /** Seconds. */
  session_max_duration: number;
}

export const agentTasks = defineResource<AgentTaskRow>()({
  name: 'agent_task',
  prefix: 'agenttask',
  owners: { user: 'user_id' },
  show: (row) => ({ object: 'agent_task', agent_id: row.agent_id, agent_task_id: row.id, task_id: row.id }),
});
