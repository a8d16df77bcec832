import { Autocomplete } from '@base-ui/react/autocomplete';
import { useEffect, useMemo, useState } from 'react';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { useSession } from '../../state/store.ts';
import { joinPath, typedPath } from './remote-path.ts';

const pauseMs = 80;

interface Match {
  readonly path: string;
  readonly isFolder: boolean;
}

/** A path that is typed, completed by what the server has. Tab takes the first folder, Enter goes there. */
export function PathField(props: {
  paneId: string;
  path: string;
  onGo: (path: string) => void;
  onClose: () => void;
}) {
  const { paneId, path } = props;
  const session = useSession();
  const [text, setText] = useState(() => joinPath(path, ''));
  const [matches, setMatches] = useState<readonly Match[]>([]);
  const wanted = typedPath(path, text);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      session
        .call((api) => api.files.complete({ paneId, path: wanted }, { signal: stop.signal }))
        .then((answer) => !stop.signal.aborted && setMatches(answer.matches))
        // Without completion a path can still be typed; going there tells what is wrong.
        .catch(() => !stop.signal.aborted && setMatches([]));
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [session, paneId, wanted]);
  const folders = useMemo(() => matches.filter((match) => match.isFolder), [matches]);
  const go = (target: string) => {
    props.onClose();
    props.onGo(target);
  };
  const complete = (match: Match) => setText(joinPath(match.path, ''));
  return (
    <Autocomplete.Root
      items={folders}
      value={text}
      filter={null}
      itemToStringValue={(match: Match) => joinPath(match.path, '')}
      onValueChange={setText}
    >
      <Autocomplete.InputGroup className="path-bar">
        <Autocomplete.Input
          className="input mono path-field"
          aria-label="Path"
          spellCheck={false}
          autoFocus
          onFocus={(event) => event.currentTarget.setSelectionRange(text.length, text.length)}
          onBlur={(event) => {
            if (!event.relatedTarget?.closest('.path-matches')) props.onClose();
          }}
          onKeyDown={(event) => {
            const isChosen = event.currentTarget.getAttribute('aria-activedescendant');
            const first = folders[0];
            if (event.key === 'Enter' && !isChosen) go(wanted);
            else if (event.key === 'Tab' && !event.shiftKey && first && joinPath(first.path, '') !== text)
              complete(first);
            else if (event.key === 'Escape' && folders.length === 0) props.onClose();
            else return;
            event.preventDefault();
          }}
        />
      </Autocomplete.InputGroup>
      <Autocomplete.Portal>
        <Autocomplete.Positioner className="positioner suggest-positioner" sideOffset={4}>
          <Autocomplete.Popup className="popup suggest-popup path-matches">
            <Autocomplete.List>
              {(match: Match) => (
                <Autocomplete.Item key={match.path} value={match} className="menu-item mono">
                  <span className="clip">{displayRemoteName(match.path)}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Popup>
        </Autocomplete.Positioner>
      </Autocomplete.Portal>
    </Autocomplete.Root>
  );
}
