import { ShoppingBasket, X } from 'lucide-react';
import { useActiveAccount } from '../../state/store.ts';
import { useUi } from '../../state/ui-state.ts';
import { useCart } from '../../state/use-cart.ts';
import { cartItemName, cartKey } from '../../state/request-words.ts';
import { Button } from '../../ui/button.tsx';
import './cart-bar.css';

/** What this user means to ask for, at the edge of the window until it is sent or taken out. */
export function CartBar() {
  const account = useActiveAccount();
  const cart = useCart(account?.uri);
  const ui = useUi();
  if (!account || cart.items.length === 0) return null;
  return (
    <section className="cart" aria-label="Cart">
      <ShoppingBasket size={16} strokeWidth={1.75} aria-hidden />
      <ul className="cart-items">
        {cart.items.map((item) => (
          <li key={cartKey(item)} className="cart-item">
            <span className="mono small-mono clip">{cartItemName(item)}</span>
            <button
              type="button"
              className="cart-remove"
              aria-label={`Remove ${cartItemName(item)}`}
              onClick={() => cart.toggle(item)}
            >
              <X size={12} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
      <Button kind="quiet" onClick={cart.clear}>
        Empty
      </Button>
      <Button kind="primary" onClick={() => ui.ask({ kind: 'request-access', accountUri: account.uri })}>
        Request access
      </Button>
    </section>
  );
}
