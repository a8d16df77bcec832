import type { Implementer } from './implementer.ts';
import { notBuilt } from './not-built.ts';

export function promptRoutes({ prompts: os }: Implementer) {
  return {
    answerWithCode: os.answerWithCode.handler(notBuilt),
    answerWithSecurityKey: os.answerWithSecurityKey.handler(notBuilt),
    cancel: os.cancel.handler(notBuilt),
  };
}
