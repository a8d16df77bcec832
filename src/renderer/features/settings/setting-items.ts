import { describeSetting, sections } from './catalogue.ts';
import type { SettingsSection } from '../../../shared/contract/workspace.ts';

/** One place of the settings page, for the palette. */
export interface SettingPlace {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly section: SettingsSection;
  /** The setting itself; absent for a whole section. */
  readonly label?: string;
}

/** Every section and every setting. */
export const settingPlaces: readonly SettingPlace[] = sections.flatMap((section): SettingPlace[] => [
  { id: `setting:${section.id}`, name: `Settings: ${section.title}`, hint: '', section: section.id },
  ...section.settings.map((entry) => ({
    id: `setting:${entry.name}`,
    name: entry.label,
    hint: describeSetting(entry.name),
    section: section.id,
    label: entry.label,
  })),
]);
