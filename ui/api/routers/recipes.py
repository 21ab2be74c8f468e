"""The recipes that HTML pages can be read with."""

from fastapi import APIRouter

from config.recipes import find_recipe, list_recipes
from ui.api.answers import RecipeAnswer, RecipeList
from ui.api.auth import CampaignsRead

router = APIRouter(tags=["campaigns"])


@router.get("/recipes")
def show_recipes(_caller: CampaignsRead) -> RecipeList:
    """List the recipes, by name."""
    return RecipeList(items=tuple(_describe(name) for name in list_recipes()))


def _describe(name: str) -> RecipeAnswer:
    title = name.replace("-", " ").capitalize()
    return RecipeAnswer(name=name, title=title, description=find_recipe(name).about)
