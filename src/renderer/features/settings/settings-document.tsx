import { RotateCcw } from 'lucide-react';
import { type ReactNode, useDeferredValue, useEffect, useRef, useState } from 'react';
import type { SettingName, Settings, SettingsInfo } from '../../../shared/contract/settings.ts';
import type { SettingsSection } from '../../../shared/contract/workspace.ts';
import { toAppError } from '../../client/api.ts';
import { useAppState, useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import {
  describeSetting,
  findSettings,
  type SectionEntry,
  type SettingEntry,
  sections,
} from './catalogue.ts';
import { SettingControl } from './setting-control.tsx';
import './settings.css';

/** The settings: sections at the left, a search above, everything takes effect at once. */
export function SettingsDocument(props: {
  section: SettingsSection;
  isFront: boolean;
  /** Parts of sections that are more than plain settings. */
  parts: Partial<Record<SettingsSection, (search: string) => ReactNode>>;
}) {
  const session = useSession();
  const ui = useUi();
  const info = useAppState((state) => state.settings);
  const [search, setSearch] = useState('');
  const found = findSettings(useDeferredValue(search));
  const shown = search.trim() === '' ? found.filter((section) => section.id === props.section) : found;
  const page = useRef<HTMLDivElement>(null);
  useEffect(() => {
    page.current?.scrollTo({ top: 0 });
  }, [props.section]);
  const run = (work: Parameters<typeof session.call>[0]) =>
    void session.call(work).catch((error: unknown) => ui.report(toAppError(error)));
  const putAside = () =>
    void session
      .call((api) => api.settings.putAside())
      .then(({ path }) => ui.notify(`The file is kept as ${path}.`))
      .catch((error: unknown) => ui.report(toAppError(error)));
  const choose = (section: SettingsSection) => {
    setSearch('');
    run((api) => api.workspace.openSettings({ section }));
  };
  return (
    <div className="settings" hidden={!props.isFront} role="tabpanel" aria-label="Settings">
      <div className="settings-frame">
        <nav className="settings-nav" aria-label="Sections">
          <SearchField
            label="Search settings"
            placeholder="Search settings"
            value={search}
            onText={setSearch}
          />
          {sections.map((section) => (
            <button
              key={section.id}
              type="button"
              className="settings-link"
              aria-current={search === '' && section.id === props.section ? 'page' : undefined}
              onClick={() => choose(section.id)}
            >
              {section.title}
            </button>
          ))}
        </nav>
        <div className="settings-page" ref={page} data-region="settings">
          <FileState info={info} onPutAside={putAside} />
          {shown.map((section) => (
            <Section
              key={section.id}
              section={section}
              info={info}
              run={run}
              part={props.parts[section.id]?.(search)}
            />
          ))}
          {shown.length === 0 && (
            <div className="empty">
              <p>No setting matches.</p>
              <Button onClick={() => setSearch('')}>Clear search</Button>
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

type Run = (work: Parameters<ReturnType<typeof useSession>['call']>[0]) => void;

function Section(props: { section: SectionEntry; info: SettingsInfo; run: Run; part: ReactNode }) {
  const { section, info, run, part } = props;
  return (
    <section className="settings-section" aria-labelledby={`settings-${section.id}`}>
      <h2 id={`settings-${section.id}`}>{section.title}</h2>
      {section.settings.map((entry) => (
        <Row key={entry.name} entry={entry} info={info} run={run} />
      ))}
      {part}
    </section>
  );
}

function Row({ entry, info, run }: { entry: SettingEntry; info: SettingsInfo; run: Run }) {
  const { name, label } = entry;
  const problem = info.problems.find((one) => one.name === name);
  const hintId = `setting-${name}`;
  const set = (value: unknown) =>
    run((api) => api.settings.set({ values: { [name]: value } as Partial<Settings> }));
  return (
    <div className="setting" data-changed={info.changed.includes(name)}>
      <div className="setting-words">
        <span>{label}</span>
        <span className="field-label" id={hintId}>
          {describeSetting(name)}
        </span>
        {problem && (
          <span className="setting-problem">
            The file{problem.line === undefined ? '' : `, line ${problem.line}`}, has a value that cannot be
            used: {problem.reason}.
          </span>
        )}
      </div>
      <SettingControl
        entry={entry}
        value={info.values[name]}
        isDisabled={info.isReadOnly}
        onChange={set}
        describedBy={hintId}
      />
      <IconButton
        label={`Reset ${label}`}
        className="setting-reset"
        disabled={info.isReadOnly || !(info.changed.includes(name) || problem)}
        onClick={() => run((api) => api.settings.reset({ names: [name as SettingName] }))}
      >
        <RotateCcw size={14} aria-hidden />
      </IconButton>
    </div>
  );
}

/** What is wrong with the file, in place. */
function FileState({ info, onPutAside }: { info: SettingsInfo; onPutAside: () => void }) {
  if (info.fileProblem)
    return (
      <Problem error={info.fileProblem}>
        <Button onClick={onPutAside}>Put the file aside</Button>
        <span className="muted">Porthole then goes on with the settings of before the last change.</span>
      </Problem>
    );
  if (info.isReadOnly)
    return (
      <p className="note" role="status">
        The settings file was written by a newer Porthole. It is read as far as it is understood, and not
        changed here.
      </p>
    );
  return null;
}
