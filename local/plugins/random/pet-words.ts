/** The words that pet names are made of. */

export const ADVERBS = words(`
  abnormally absolutely amazingly annually barely blatantly blindly boldly briefly calmly certainly cheaply clearly
  closely commonly correctly curiously daily deeply directly duly eagerly easily equally evenly exactly fairly firmly
  formally freely friendly gently gladly globally gratefully greatly happily heartily highly honestly humbly hugely
  instantly internally jointly keenly kindly largely lately legally lightly likely literally loudly luckily mainly
  mildly mostly namely naturally neatly newly nominally normally notably openly partly plainly politely precisely
  privately promptly properly purely quickly quietly radically rapidly rarely readily really recently remotely
  reasonably roughly scarcely secretly seemingly separately severely sharply shortly simply slightly slowly smoothly
  socially solely specially steadily strangely strongly suddenly surely sweetly terminally thankfully thoroughly
  totally truly typically uniquely usefully usually vaguely vastly verbally warmly weekly wholly widely wildly wisely
`);

export const ADJECTIVES = words(`
  able active adapted adequate advanced alert allowing amazed ample amused apt assured blessed bold brave bright
  calm capable careful caring casual central certain champion charmed cheerful chief civil classic clean clear clever
  close comic complete concise content cool correct crisp cuddly cunning curious current daring darling dashing decent
  deep delicate devoted direct diverse divine driven dynamic eager early easy electric elegant eminent emerging
  endless engaged enough epic equal eternal ethical evident evolving exact excited exotic expert fair faithful famous
  fast fine firm first fit fleet flexible fluent flying fond frank free fresh fun funny generous genuine giving glad
  golden good graceful grand great grown guided handy happy hardy healthy helpful hip holy honest huge humane humble
`);

export const ANIMALS = words(`
  alpaca ant antelope ape badger bat beagle bear beaver bee beetle bird bison boar bobcat buck buffalo bug bull bunny
  camel cardinal caribou cat catfish chamois cheetah chicken chimp cicada cobra cod collie condor cougar cow coyote
  crab crane cricket crow deer dingo dodo doe dog dolphin donkey dove dragon drake duck eagle eel egret elephant elk
  emu falcon fawn ferret finch firefly fish flamingo fly foal fowl fox frog gannet gar gazelle gecko gelding gibbon
  giraffe gnat gnu goat goose gopher goshawk grackle griffon grizzly grouse grub gull guppy haddock hagfish halibut
  hamster hare hawk hedgehog hen heron herring hippo hog honeybee hornet horse hound husky ibex ibis iguana impala
`);

function words(list: string): string[] {
  return list.trim().split(/\s+/);
}
