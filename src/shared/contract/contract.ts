import { oc } from '@orpc/contract';
import { ErrorInfo } from '../errors/app-error.ts';
import { requests } from './access-requests.ts';
import { app } from './app.ts';
import { clusters } from './clusters.ts';
import { devices } from './devices.ts';
import { diagnostics } from './diagnostics.ts';
import { files } from './files.ts';
import { log } from './log.ts';
import { palette } from './palette.ts';
import { prompts } from './prompts.ts';
import { resources } from './resources.ts';
import { settings } from './settings.ts';
import { shells } from './shells.ts';
import { state } from './state.ts';
import { transfers } from './transfers.ts';
import { tunnels } from './tunnels.ts';
import { usageData } from './usage-data.ts';
import { workspace } from './workspace.ts';

/** Every call and feed between a page and the main process. Expected failures cross as `APP` with an `ErrorInfo`. */
export const contract = oc.errors({ APP: { data: ErrorInfo } }).router({
  app,
  clusters,
  devices,
  diagnostics,
  files,
  log,
  palette,
  prompts,
  requests,
  resources,
  settings,
  shells,
  state,
  transfers,
  tunnels,
  usageData,
  workspace,
});

export type Contract = typeof contract;
