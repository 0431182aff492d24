"""What every test needs: our `custom_components`, and not the plugin's of that name."""

import custom_components

assert custom_components  # imported for its effect: the first one to be found stays
