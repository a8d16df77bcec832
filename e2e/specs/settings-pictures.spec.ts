import { KeySettings } from '../pages/key-settings.ts';
import { inEachLook } from '../support/pictures.ts';
import { expect, test } from '../support/test.ts';

inEachLook(1, (draw) => {
  test('keys, shortcuts, zoom', async ({ porthole, page }) => {
    const keys = new KeySettings(page);
    await draw(page, 'welcome');
    await porthole.command('Show keyboard shortcuts');
    await draw(page, 'shortcuts');
    await page.keyboard.press('Escape');
    await porthole.settings.open();
    await porthole.settings.section('Keys');
    await draw(page, 'settings-keys');
    await keys.press('Usage data', 'Control+Shift+t');
    await draw(page, 'settings-keys-taken');
    await page.keyboard.press('Escape');
    for (const section of ['Terminal', 'Connections', 'Notifications', 'Advanced']) {
      await porthole.settings.section(section);
      await draw(page, `settings-${section.toLowerCase()}`);
    }
    await porthole.settings.section('Appearance');
    await porthole.settings.field('Zoom').fill('200');
    await porthole.settings.field('Zoom').press('Enter');
    await draw(page, 'zoomed-settings');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('option').first()).toBeVisible();
    await draw(page, 'zoomed-palette');
    await page.keyboard.press('Escape');
    await porthole.command('Show keyboard shortcuts');
    await draw(page, 'zoomed-shortcuts');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Shift+t');
    await porthole.shell.expectOpen();
    await draw(page, 'zoomed-terminal');
    await porthole.shell.terminal.click({ button: 'right', position: { x: 200, y: 80 } });
    await draw(page, 'zoomed-terminal-menu');
    await page.keyboard.press('Escape');
    await porthole.switcher();
    await draw(page, 'zoomed-switcher');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+0');
    await page.emulateMedia({ forcedColors: 'active' });
    await porthole.settings.open();
    await draw(page, 'forced-settings');
    await page.keyboard.press('Control+k');
    await page.keyboard.type('set');
    await draw(page, 'forced-palette');
    await page.emulateMedia({ forcedColors: 'none' });
    await draw(page, 'palette-found');
  });
});
