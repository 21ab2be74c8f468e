"""The recipes that pages and interfaces can be read with."""

from fastapi import APIRouter

from config.recipes.catalogue import ListedRecipe, RecipeKind, list_all_recipes
from ui.api.answers import RecipeAnswer, RecipeInput, RecipeList, RecipeNeedsAnswer
from ui.api.auth import CampaignsRead

router = APIRouter(tags=["campaigns"])


@router.get("/recipes")
def show_recipes(_caller: CampaignsRead, kind: RecipeKind | None = None) -> RecipeList:
    """List the recipes by name, with what each needs; of one kind only if asked."""
    found = list_all_recipes()
    return RecipeList(
        items=tuple(_describe(one) for one in found if kind in {None, one.kind})
    )


def _describe(recipe: ListedRecipe) -> RecipeAnswer:
    return RecipeAnswer(
        kind=recipe.kind,
        name=recipe.name,
        version=recipe.version,
        title=recipe.name.replace("-", " ").capitalize(),
        description=recipe.about,
        platform=recipe.platform,
        documentation=recipe.documentation,
        needs=RecipeNeedsAnswer(**recipe.needs._asdict()),
        inputs=tuple(
            RecipeInput(
                name=name,
                description=part.about,
                required=part.required,
                default=part.default,
                pattern=part.pattern.pattern if part.pattern else None,
                many=name == recipe.many,
            )
            for name, part in recipe.inputs.items()
        ),
        details=recipe.details,
    )
