import { Menu } from '@base-ui/react/menu';
import { Bookmark, BookmarkMinus, BookmarkPlus, House } from 'lucide-react';
import type { FilePane } from '../../../shared/contract/files.ts';
import { displayRemoteName } from '../../../shared/files/remote-name.ts';
import { toAppError } from '../../client/api.ts';
import { useSession } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';

/** Folders of this server that are kept at hand. */
export function BookmarkMenu(props: { pane: FilePane; path: string; onGo: (path: string) => void }) {
  const { pane, path } = props;
  const session = useSession();
  const ui = useUi();
  const isSet = pane.bookmarks.includes(path);
  const set = () =>
    void session
      .call((api) => api.files.setBookmark({ paneId: pane.id, path, isSet: !isSet }))
      .catch((error: unknown) => ui.report(toAppError(error)));
  return (
    <Menu.Root>
      <Menu.Trigger className="icon-button" aria-label="Bookmarks" title="Bookmarks">
        <Bookmark size={15} aria-hidden fill={isSet ? 'currentColor' : 'none'} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="positioner" sideOffset={4} align="end">
          <Menu.Popup className="popup">
            <Menu.Item className="menu-item" onClick={set}>
              {isSet ? <BookmarkMinus size={14} aria-hidden /> : <BookmarkPlus size={14} aria-hidden />}
              {isSet ? 'Remove bookmark' : 'Bookmark this folder'}
            </Menu.Item>
            <Menu.Item className="menu-item" onClick={() => props.onGo('~')}>
              <House size={14} aria-hidden />
              Home folder
            </Menu.Item>
            {pane.bookmarks.length > 0 && <hr className="menu-line" />}
            {pane.bookmarks.map((bookmark) => (
              <Menu.Item key={bookmark} className="menu-item mono" onClick={() => props.onGo(bookmark)}>
                <span className="clip">{displayRemoteName(bookmark)}</span>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
