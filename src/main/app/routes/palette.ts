import type { PaletteService } from '../../palette/palette-service.ts';
import type { Uses } from '../../palette/uses.ts';
import type { Implementer } from './implementer.ts';

export interface PaletteRoutesServices {
  readonly palette: PaletteService;
  readonly uses: Uses;
}

export function paletteRoutes({ palette: os }: Implementer, { palette, uses }: PaletteRoutesServices) {
  return {
    search: os.search.handler(({ input }) => palette.search(input.text, input.limit)),
    uses: os.uses.handler(() => Object.fromEntries(uses.all())),
    use: os.use.handler(({ input }) => uses.use(input.key)),
  };
}
