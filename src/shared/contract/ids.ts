import { z } from 'zod';

/** Random names that the main process gives to its tabs, shells, tunnels, prompts and notices. */
const id = z.string().regex(/^[a-z0-9-]{1,64}$/);
export const TabId = id;
export type TabId = z.infer<typeof TabId>;
export const ShellId = id;
export type ShellId = z.infer<typeof ShellId>;
export const TunnelId = id;
export type TunnelId = z.infer<typeof TunnelId>;
export const PromptId = id;
export type PromptId = z.infer<typeof PromptId>;
export const NoticeId = id;
export type NoticeId = z.infer<typeof NoticeId>;
/** A second factor that is being added. */
export const RegistrationId = id;
export type RegistrationId = z.infer<typeof RegistrationId>;

export const TunnelGroupId = id;
export type TunnelGroupId = z.infer<typeof TunnelGroupId>;

export const PaneId = id;
export type PaneId = z.infer<typeof PaneId>;
export const EditId = id;
export type EditId = z.infer<typeof EditId>;
export const TransferId = id;
export type TransferId = z.infer<typeof TransferId>;

/** ISO 8601 instant in UTC. */
export const Instant = z.iso.datetime();
export const ShortText = z.string().max(500);
export const LongText = z.string().max(20_000);
/** Terminal size in cells; Teleport takes 1 to 4096 (ssh.md 1.10). */
export const TerminalSize = z.object({
  cols: z.number().int().min(1).max(4_096),
  rows: z.number().int().min(1).max(4_096),
});
export type TerminalSize = z.infer<typeof TerminalSize>;
